import type { VNode } from "preact";
import type { WrittenConnection } from "../words/connection-body.ts";

/** Where a connection goes, and for one to an OpAMP server how. */
export function ConnectionFields(props: {
  written: WrittenConnection;
  change: (written: WrittenConnection) => void;
  hint: string;
  isServer: boolean;
}): VNode {
  const { written, change, hint, isServer } = props;
  const field = (key: keyof WrittenConnection) => ({
    value: String(written[key]),
    onInput: (event: { readonly currentTarget: { readonly value: string } }): void => {
      change({ ...written, [key]: event.currentTarget.value });
    },
  });
  return (
    <>
      <label>
        Endpoint
        <input inputMode="url" spellcheck={false} placeholder={hint} {...field("endpoint")} />
      </label>
      <label>
        Headers, one a line
        <textarea
          rows={2}
          spellcheck={false}
          autocomplete="off"
          placeholder="Authorization: Bearer …"
          {...field("headers")}
        />
      </label>
      {isServer && (
        <>
          <div class="side-by-side">
            <label>
              Heartbeat, seconds
              <input type="number" min="0" step="1" {...field("heartbeat")} />
            </label>
            <label>
              Oldest TLS version
              <select
                value={written.tls}
                onChange={(event) => change({ ...written, tls: event.currentTarget.value })}
              >
                <option value="">as it is</option>
                <option>1.2</option>
                <option>1.3</option>
              </select>
            </label>
          </div>
          <label>
            Authority of the server (PEM)
            <textarea rows={2} spellcheck={false} {...field("ca")} />
          </label>
          <label>
            Proxy
            <input
              spellcheck={false}
              placeholder="http://proxy.example.com:3128"
              {...field("proxy")}
            />
          </label>
          <label class="check">
            <input
              type="checkbox"
              checked={written.certificate}
              onChange={(event) => change({ ...written, certificate: event.currentTarget.checked })}
            />
            With a new client certificate
          </label>
        </>
      )}
    </>
  );
}
