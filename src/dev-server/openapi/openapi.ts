import { fleetSchemas } from "./fleet-schemas.ts";
import { librarySchemas } from "./library-schemas.ts";
import {
  flag,
  list,
  named,
  object,
  text,
  time,
  whole,
  word,
  anything,
  type Schema,
} from "./schema-parts.ts";

type Operation = Readonly<Record<string, unknown>>;

/** A description in its parts. */
interface Description {
  readonly openapi: string;
  readonly info: object;
  readonly components: object;
  readonly paths: Readonly<Record<string, object>>;
}

/** The description of the JSON API, OpenAPI 3.1. */
export function describeApi(): Description {
  return {
    openapi: "3.1.0",
    info: {
      title: "OpAMP console",
      version: "1",
      description:
        "Agents, configurations, groups and rollouts. Where the server asks for a token: Authorization: Bearer TOKEN.",
    },
    paths: { ...fleetPaths, ...sessionPaths, ...agentPaths, ...libraryPaths, ...rolloutPaths },
    components: { schemas: { ...fleetSchemas, ...librarySchemas } },
  };
}

const uid = parameter("uid", "path", { type: "string", pattern: "^[0-9a-f-]{36}$" });
const name = parameter("name", "path", text);
const id = parameter("id", "path", { type: "string", pattern: "^r[0-9]{1,9}$" });
const version = parameter("version", "query", { type: "integer", minimum: 1 });
const after = parameter("after", "query", { type: "integer", minimum: 0 });
const query = parameter("query", "query", text);

const away = { ...whole, maximum: 3_600 };
const overload = object({ on: flag }, { retryAfterSeconds: away, since: time, until: time });
const overloadWish = object(
  { on: flag },
  { retryAfterSeconds: away, forSeconds: { ...whole, minimum: 1, maximum: 86_400 } },
);

const fleetPaths = {
  "/api/fleet": { get: operation("The fleet in numbers", named("FleetOverview")) },
  "/api/events": {
    get: {
      summary: "What changes, as server-sent events named change; the first one comes at once",
      responses: {
        200: {
          description: "Each event's data is a FleetChange in JSON",
          content: { "text/event-stream": { schema: named("FleetChange") } },
        },
      },
    },
  },
  "/api/agents": {
    parameters: [query],
    get: operation(
      "The agents that a query finds",
      object({ opampUrl: text, agents: list(named("AgentRow")) }),
      [400],
    ),
  },
  "/api/packages": {
    get: operation("The folder with packages", named("Shelf")),
    post: withDelivery(
      operation("Offers a package to all agents", named("Deliveries"), [400, 413, 415], {
        body: packageBody(),
      }),
      [409],
    ),
  },
  "/api/check": {
    post: operation(
      "What is wrong with a configuration",
      object({ problems: list(named("ConfigProblem")) }),
      [400, 404, 413, 415],
      { body: named("ConfigBody") },
    ),
  },
  "/api/components": {
    post: operation(
      "What the agents of a target are made of",
      named("SharedComponents"),
      [400, 404, 413, 415],
      { body: object({ to: named("Target") }) },
    ),
  },
  "/api/overload": {
    get: operation("Whether agents are sent away, as by a server with too much to do", overload),
    post: operation("Sends agents away, or takes them again", overload, [400, 413, 415], {
      body: overloadWish,
    }),
  },
  "/api/pictures": { get: operation("What pictures are drawn from", named("Pictures")) },
  "/api/openapi.json": { get: operation("This description", anything) },
};

const sessionPaths = {
  "/api/login": {
    post: operation(
      "Gives a browser a cookie for the token; 404 where the server was started without one",
      object({}),
      [400, 401, 404, 415, 429],
      { body: object({ token: text }) },
    ),
  },
  "/api/logout": {
    post: operation(
      "Takes the cookie back; 404 where the server was started without a token",
      object({}),
      [404, 415],
      { body: anything },
    ),
  },
};

const agentPaths = {
  "/api/agents/{uid}": {
    parameters: [uid],
    get: operation("All about an agent", named("AgentPage"), [404]),
    delete: operation("Forgets an agent that is away", object({}), [404, 409]),
  },
  "/api/agents/{uid}/config": deliver("Offers a configuration", named("ConfigBody")),
  "/api/agents/{uid}/restart": deliver("Orders a restart", anything),
  "/api/agents/{uid}/full-state": deliver("Asks for all that it can report", anything),
  "/api/agents/{uid}/revoke": deliver("Refuses its client certificate from now on", anything),
  "/api/agents/{uid}/connections": deliver(
    "Offers settings for connections",
    named("ConnectionsBody"),
  ),
  "/api/agents/{uid}/packages": deliver("Offers a package", packageBody()),
  "/api/agents/{uid}/withdraw": deliver(
    "Offers something no longer",
    object({ what: word("config", "connections") }),
  ),
  "/api/agents/{uid}/layers": {
    ...deliver("Asks which layer set each value of its configuration", anything),
    get: operation("Which layer set each line", named("AgentLayers"), [404]),
  },
  "/api/agents/{uid}/logs": {
    ...deliver("Has it send its log lines here, or nowhere any more", object({ here: flag })),
    get: {
      ...operation("The newest log lines", named("AgentLogs"), [400, 404]),
      parameters: [after],
    },
  },
  "/api/agents/{uid}/approval": deliver(
    "Lets an agent in that has come without credentials, or keeps it out",
    object({ approve: flag }, { from: text }),
  ),
  "/api/agents/{uid}/message": deliver(
    "Sends a message of one's own",
    object({ capability: text, type: text, data: text }),
  ),
};

const libraryPaths = {
  "/api/configurations": {
    get: operation(
      "The named configurations",
      object({ configurations: list(named("NamedConfiguration")) }),
    ),
  },
  "/api/configurations/{name}": {
    parameters: [name],
    get: {
      ...operation("One version, by default the newest", named("ConfigurationText"), [400, 404]),
      parameters: [version],
    },
    put: operation("Saves a version", named("NamedConfiguration"), [400, 413, 415], {
      body: named("ConfigBody"),
    }),
    delete: operation("Forgets a configuration", object({}), [400, 404, 409]),
  },
  "/api/groups": { get: operation("The groups", object({ groups: list(named("Group")) })) },
  "/api/groups/{name}": {
    parameters: [name],
    put: operation("Saves a group", named("Group"), [400, 413, 415], { body: named("GroupBody") }),
    delete: operation("Forgets a group", object({}), [400, 404]),
  },
};

const rolloutPaths = {
  "/api/rollouts": {
    get: operation("The rollouts", object({ rollouts: list(named("RolloutSummary")) })),
    post: operation("Starts a rollout", named("Rollout"), [400, 404, 409, 413, 415], {
      body: named("RolloutBody"),
      status: 201,
    }),
  },
  "/api/rollouts/preview": {
    post: operation(
      "Who would get something",
      object({ agents: list(named("Affected")) }),
      [400, 404, 413, 415],
      { body: named("PreviewBody") },
    ),
  },
  "/api/rollouts/{id}": {
    parameters: [id],
    get: operation("All about a rollout", named("Rollout"), [404]),
  },
  "/api/rollouts/{id}/stop": {
    parameters: [id],
    post: operation("Stops a rollout", named("Rollout"), [404, 409, 415], { body: anything }),
  },
  "/api/rollouts/{id}/resume": {
    parameters: [id],
    post: operation("Lets a rollout go on", named("Rollout"), [404, 409, 415], { body: anything }),
  },
};

function operation(
  title: string,
  answer: Schema,
  refusals: readonly number[] = [],
  { body, status = 200 }: { readonly body?: Schema; readonly status?: number } = {},
): Operation {
  const refused = refusals.map((each) => [each, response("A refusal", named("Refusal"))] as const);
  return {
    summary: title,
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { "application/json": { schema: body } } } }),
    responses: { [status]: response(title, answer), ...Object.fromEntries(refused) },
  };
}

function deliver(title: string, body: Schema): Operation {
  const refusals = [400, 404, 413, 415];
  const asked = operation(title, named("Delivery"), refusals, { body });
  return { parameters: [uid], post: withDelivery(asked, [202, 409]) };
}

/** With these it is told what became of a wish. */
function withDelivery(asked: Operation, statuses: readonly number[]): Operation {
  const delivery = response("What became of it", named("Delivery"));
  const more = Object.fromEntries(statuses.map((status) => [status, delivery]));
  return { ...asked, responses: { ...(asked["responses"] as object), ...more } };
}

function response(description: string, schema: Schema): object {
  return { description, content: { "application/json": { schema } } };
}

function packageBody(): Schema {
  return object({ name: text, version: { type: ["string", "null"] } });
}

function parameter(title: string, where: "path" | "query", schema: Schema): object {
  return { name: title, in: where, required: where === "path", schema };
}
