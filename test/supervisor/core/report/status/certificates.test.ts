import { expect, test } from "vitest";
import { certificates } from "../../../../../src/supervisor/core/report/status/certificates.ts";
import { initialState } from "../../../../../src/supervisor/core/state/state.ts";
import { wallTime } from "../../../../../src/supervisor/core/state/wall-clock.ts";
import { uid } from "../../../../helpers/core/core-samples.ts";

const day = 86_400_000;

test("the certificate that expires first comes first, with the days that are left", () => {
  const state = initialState(uid);
  const expiresAt = wallTime(2.54 * day);
  const certificate = { cert: "", key: "", validFrom: wallTime(0), expiresAt, stale: false };
  const server = {
    ...{ endpoint: undefined, headers: undefined, certificate, tls: undefined, proxy: undefined },
    heartbeatSeconds: undefined,
  };
  const withServer = { ...state, connections: { ...state.connections, server } };
  const file = { use: "server.tls.cert", file: "/etc/tls.crt", subject: "CN=host" } as const;
  const told = certificates(withServer, [{ ...file, expiresAt: wallTime(day / 2) }], wallTime(day));
  expect(told).toEqual([
    { ...file, expiresAt: "1970-01-01T12:00:00.000Z", daysLeft: -0.5 },
    {
      ...{ use: "client certificate of the server", file: null, subject: null },
      ...{ expiresAt: "1970-01-03T12:57:36.000Z", daysLeft: 1.5 },
    },
  ]);
  expect(certificates(state, [], wallTime(day))).toEqual([]);
});
