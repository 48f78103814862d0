import { Fragment, type VNode } from "preact";
import { FirstFew } from "./first-few.tsx";

/** Names and values under each other. */
export function Pairs(props: {
  pairs: readonly { readonly key: string; readonly value: string }[];
}): VNode {
  return (
    <dl class="pairs">
      <FirstFew
        all={props.pairs}
        show={({ key, value }) => (
          <div key={key}>
            <dt>{withBreaks(key)}</dt>
            <dd>{value}</dd>
          </div>
        )}
        last={(button) => (
          <div>
            <dt />
            <dd>{button}</dd>
          </div>
        )}
      />
    </dl>
  );
}

/** A long name of an attribute is broken at its dots. */
function withBreaks(key: string): readonly VNode[] {
  return key.split(/(?<=[._])/).map((part, index) => (
    <Fragment key={index}>
      {part}
      <wbr />
    </Fragment>
  ));
}
