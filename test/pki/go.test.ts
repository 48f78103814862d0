import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, expect } from "vitest";
import { findGo } from "../../src/collector/go.ts";
import { runProgram } from "../../src/collector/run-program.ts";
import { makeAuthority, authorityOf } from "../../src/dev-server/connections/authority.ts";
import { makeCertificateRequest } from "../../src/pki/certificate-request.ts";
import { readCertificateRequest } from "../../src/pki/read-certificate-request.ts";
import { isolatedOptions } from "../fixtures/collector/setting.ts";

const slowMs = 300_000;
const name = "01900000-0000-7000-8000-000000000001";

/** Reads a request, an authority and a certificate as a server in Go would. */
const program = `package main

import (
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func block(path string) []byte {
	text, err := os.ReadFile(path)
	check(err)
	found, _ := pem.Decode(text)
	return found.Bytes
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	request, err := x509.ParseCertificateRequest(block(os.Args[1]))
	check(err)
	check(request.CheckSignature())
	authority, err := x509.ParseCertificate(block(os.Args[2]))
	check(err)
	certificate, err := x509.ParseCertificate(block(os.Args[3]))
	check(err)
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	_, err = certificate.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	check(err)
	same := request.PublicKey.(*ecdsa.PublicKey).Equal(certificate.PublicKey)
	fmt.Println(request.Subject.CommonName, certificate.Subject.CommonName, same)
}
`;

test(
  "Go reads the request and its signature, and verifies the certificate that is made for it",
  async () => {
    const environment = new Map(
      Object.entries(process.env).flatMap(([key, value]) =>
        value === undefined ? [] : [[key, value] as const],
      ),
    );
    const options = await isolatedOptions({ environment, platform: process.platform });
    const work = join(options.workingDirectory, "work");
    mkdirSync(work);
    const { csr } = makeCertificateRequest(name);
    const request = readCertificateRequest(Buffer.from(csr));
    if (request.is !== "request") throw new Error(request.why);
    const made = makeAuthority(Date.now());
    const authority = authorityOf(made, 86_400_000);
    const cert = authority.sign(request.commonName, request.publicKey, Date.now());
    const files = { "request.pem": csr, "authority.pem": made.cert, "certificate.pem": cert };
    for (const [file, text] of Object.entries(files)) writeFileSync(join(work, file), text);
    writeFileSync(join(work, "read.go"), program);
    const go = await findGo(options, work, () => undefined);
    const end = await runProgram({
      program: go.program,
      args: ["run", "read.go", ...Object.keys(files)],
      env: Object.fromEntries(go.environment),
      directory: work,
      timeoutMs: slowMs,
      signal: options.signal,
    });
    expect(end).toMatchObject({ output: `${name} ${name} true`, problem: undefined });
  },
  2 * slowMs,
);
