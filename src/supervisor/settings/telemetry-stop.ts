import type { TelemetrySettings } from "../../telemetry/telemetry-settings.ts";

/** How long the supervisor waits at its end for what is still to be sent. */
export const telemetryStopMs = 2_000;

/** Whether the settings send telemetry to somewhere that may be silent, whatever a server offers. */
export function sendsTelemetry({ logs, traces, readers, agentLogs }: TelemetrySettings): boolean {
  const periodic = readers.filter((reader) => reader.is === "periodic");
  const exporters = [...logs, ...traces, ...periodic].map(({ exporter }) => exporter);
  return agentLogs !== undefined || exporters.some(({ to }) => to === "otlp");
}
