import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { OfferConnection } from "./offer-connection.tsx";
import { Pairs } from "../../parts/pairs-list.tsx";
import { Ago, Card, Doing, Failure, Nothing, Outcome, Pill } from "../../parts/small-parts.tsx";
import { post } from "../../state/ask-server.ts";
import { useConsole } from "../../state/console-store.ts";
import type { ConnectionsView } from "../../../fleet/view-connections.ts";
import type { AgentPage, WithdrawBody } from "../../../shapes/api-shapes.ts";
import { settingStates, type Said } from "../../words/condition-words.ts";
import { dateTimeOf, daysLeft } from "../../words/times.ts";

/** Where the agent reports to, with which certificate and for how long, and the way to change it. */
export function ConnectionsTab({ agent }: { agent: AgentPage }): VNode {
  return (
    <div class="columns even">
      <div class="column">
        <CertificateCard agent={agent} />
        <OfferedCard agent={agent} />
      </div>
      <OfferConnection agent={agent} />
    </div>
  );
}

function CertificateCard({ agent }: { agent: AgentPage }): VNode {
  const { now } = useConsole();
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const { certificate } = agent.connections;
  const ask = async (path: string, body: object, done: string): Promise<void> => {
    const answer = await post<object>(`/api/agents/${agent.uid}/${path}`, body);
    setOutcome({ text: answer.text === "" ? done : answer.text, bad: !answer.ok });
  };
  const { why } = agent.actions.certificate;
  const left = certificate === undefined ? 0 : daysLeft(certificate.expiresAt, now.value);
  return (
    <Card
      title="Client certificate"
      aside={certificate !== undefined && <Pill said={validity(left, certificate.revoked)} />}
    >
      {certificate === undefined ? (
        <Nothing>The agent has shown none.</Nothing>
      ) : (
        <Pairs
          pairs={[
            { key: "Subject", value: certificate.subject },
            { key: "Signed by", value: certificate.issuedHere ? "this console" : "somebody else" },
            { key: "Valid until", value: dateTimeOf(certificate.expiresAt) },
            { key: "Fingerprint", value: certificate.fingerprint },
          ]}
        />
      )}
      <div class="actions">
        <Doing
          act={() => ask("connections", { opamp: { new_certificate: true } }, "Offered.")}
          disabled={why !== undefined}
        >
          Offer a new one
        </Doing>
        <Doing
          act={() => ask("revoke", {}, "Revoked.")}
          kind="danger"
          disabled={certificate === undefined || certificate.revoked}
        >
          Revoke
        </Doing>
        <span class="muted">{why ?? ""}</span>
        <Outcome {...outcome} />
      </div>
    </Card>
  );
}

function validity(left: number, revoked: boolean): Said {
  if (revoked) return { text: "Revoked", tone: "bad" };
  if (left < 0) return { text: "Expired", tone: "bad" };
  const text = left === 1 ? "1 day left" : `${left} days left`;
  return { text, tone: left < 7 ? "warn" : "good" };
}

function OfferedCard({ agent }: { agent: AgentPage }): VNode {
  const { offer, status } = agent.connections;
  const [outcome, setOutcome] = useState({ text: "", bad: false });
  const withdraw = async (): Promise<void> => {
    const body: WithdrawBody = { what: "connections" };
    const answer = await post<object>(`/api/agents/${agent.uid}/withdraw`, body);
    setOutcome({ text: answer.text === "" ? "Withdrawn." : answer.text, bad: !answer.ok });
  };
  const said = status !== undefined && status.status !== "unset" ? status : undefined;
  const isAboutOther = said !== undefined && said.hash !== offer?.hash;
  return (
    <Card title="Offered connections">
      {isAboutOther && (
        <>
          <p class="node">
            <Pill said={wordOf(said.status)} /> <code>{said.hash.slice(0, 12)}</code>
          </p>
          <Explained word={said.status} text={said.errorMessage} />
        </>
      )}
      {offer === undefined ? (
        <Nothing>Nothing was offered: it reports where its own settings say.</Nothing>
      ) : (
        <>
          <Offered offer={offer} connected={agent.connected} />
          <div class="actions">
            <Doing act={withdraw}>Withdraw</Doing>
            <Outcome {...outcome} />
          </div>
        </>
      )}
    </Card>
  );
}

function Offered(props: {
  offer: NonNullable<ConnectionsView["offer"]>;
  connected: boolean;
}): VNode {
  const { offer, connected } = props;
  const waits = offer.state === "waiting" && (!connected || offer.hash === "");
  return (
    <>
      <p class="node">
        <Pill
          said={waits ? { text: "Saved, not taken yet", tone: "still" } : wordOf(offer.state)}
        />
        <span class="muted">
          saved <Ago at={offer.at} />
        </span>
      </p>
      <Explained word={offer.state} text={offer.errorMessage} />
      <Pairs
        pairs={offer.connections.map(({ name, taken, facts }) => ({
          key: name,
          value: [...facts, ...(taken ? [] : ["not taken by this agent"])].join("; "),
        }))}
      />
    </>
  );
}

function wordOf(word: string): Said {
  return settingStates[word] ?? { text: word, tone: "still" };
}

function Explained({ word, text }: { word: string; text: string }): VNode | null {
  if (text === "") return null;
  return word === "failed" ? <Failure text={text} /> : <p class="muted">{text}</p>;
}
