// A collector with the command line of the AWS distribution, for the tests. It takes the place of the main.go that the
// OpenTelemetry Collector Builder writes beside its components.go.
//
// What the supervisor meets there and meets here: the plain flag package with --config, --set and --feature-gates and
// nothing else; lines of greeting on stderr before anything is read; exit code 1 for every question; a log that goes
// elsewhere unless RUN_IN_CONTAINER is True; AOT_CONFIG_CONTENT, which wins over --config.
package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"runtime/debug"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/featuregate"
	"go.opentelemetry.io/collector/otelcol"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const contentVariable = "AOT_CONFIG_CONTENT"

type texts []string

func (t *texts) String() string { return strings.Join(*t, ",") }

func (t *texts) Set(text string) error {
	*t = append(*t, text)
	return nil
}

func main() {
	log.SetFlags(0)
	if !inContainer() {
		log.SetOutput(io.Discard)
	}
	greet()
	locations, err := readFlags(os.Args[1:])
	if err != nil {
		log.Fatal(err)
	}
	if err := run(settings(locations)); err != nil {
		log.Fatalf("application run finished with error: %v", err)
	}
}

func greet() {
	log.Print("attn: this collector only exists for tests; its command line is the one of the AWS distribution, which " +
		"prints some lines like this one before it reads anything")
	log.Print("attn: users of this collector please note that it answers neither --version nor components nor validate, " +
		"and that its exit code is 1 for all of these")
}

func readFlags(args []string) ([]string, error) {
	var sets texts
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	config := flags.String("config", "", "Path to the config file")
	flags.Var(&sets, "set", "Set one property of a component, as in processors.batch.timeout=2s")
	featuregate.GlobalRegistry().RegisterFlags(flags)
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	locations := []string{*config}
	if _, there := os.LookupEnv(contentVariable); there {
		locations = []string{"env:" + contentVariable}
	} else if *config == "" {
		return nil, errors.New("at least one config flag must be provided")
	}
	for _, set := range sets {
		key, value, _ := strings.Cut(set, "=")
		locations = append(locations, "yaml:"+strings.ReplaceAll(key, ".", "::")+": "+value)
	}
	return locations, nil
}

func settings(locations []string) otelcol.CollectorSettings {
	return otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "aws-otel-collector",
			Description: "Collector with the command line of the AWS distribution",
			Version:     libraryVersion(),
		},
		Factories:      components,
		LoggingOptions: logOptions(),
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				URIs: locations,
				ProviderFactories: []confmap.ProviderFactory{
					envprovider.NewFactory(),
					fileprovider.NewFactory(),
					yamlprovider.NewFactory(),
				},
			},
		},
	}
}

func libraryVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == "go.opentelemetry.io/collector/otelcol" {
				return strings.TrimPrefix(dep.Version, "v")
			}
		}
	}
	return "unknown"
}

func inContainer() bool {
	return os.Getenv("RUN_IN_CONTAINER") == "True"
}

// The distribution writes into a file below /opt/aws there; a test has no business in it.
func logOptions() []zap.Option {
	if inContainer() {
		return nil
	}
	return []zap.Option{zap.WrapCore(func(zapcore.Core) zapcore.Core { return zapcore.NewNopCore() })}
}

// Called by run in the file that the builder writes for each system.
func runInteractive(params otelcol.CollectorSettings) error {
	collector, err := otelcol.NewCollector(params)
	if err != nil {
		return err
	}
	return collector.Run(context.Background())
}
