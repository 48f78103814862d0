import type { VNode } from "preact";
import { useConsole } from "../../state/console-store.ts";
import { get } from "../../state/ask-server.ts";
import { momentOf, useAnswer } from "../../state/use-answer.ts";
import type {
  AgentPage,
  ConfigurationText,
  NamedConfiguration,
} from "../../../shapes/api-shapes.ts";
import { dateTimeOf } from "../../words/times.ts";
import type { TextFile } from "../../words/text-file.ts";

/** Puts something that exists into the editor: an example, a named configuration, or what an agent had before. */
export function StartFrom(props: {
  agent?: AgentPage;
  example: readonly TextFile[];
  choose: (files: readonly TextFile[], named?: ConfigurationText) => void;
}): VNode {
  const { agent, example, choose } = props;
  const { changes } = useConsole();
  const read = useAnswer<{ configurations: readonly NamedConfiguration[] }>(
    "/api/configurations",
    momentOf(changes.configurations),
  );
  const configurations = read.value?.configurations ?? [];
  const take = async (value: string): Promise<void> => {
    const [kind, name = ""] = value.split(":", 2);
    const offer = kind === "offer" ? agent?.offers[Number(name)] : undefined;
    if (offer !== undefined) choose(offer.files);
    if (kind === "example") choose(example);
    if (kind === "named") {
      const answer = await get<ConfigurationText>(`/api/configurations/${name}`);
      if (answer.ok) choose(answer.value.files, answer.value);
    }
  };
  return (
    <label class="start-from">
      <span class="spoken">Start from</span>
      <select
        value=""
        onChange={(event) => {
          void take(event.currentTarget.value);
          event.currentTarget.value = "";
        }}
      >
        <option value="">Start from …</option>
        <option value="example:">An example</option>
        {configurations.map(({ name }) => (
          <option key={name} value={`named:${encodeURIComponent(name)}`}>
            {name}
          </option>
        ))}
        {(agent?.offers ?? []).map((offer, index) => (
          <option key={index} value={`offer:${index}`}>
            Offer of {dateTimeOf(offer.offeredAt)}
          </option>
        ))}
      </select>
    </label>
  );
}
