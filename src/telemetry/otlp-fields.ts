import { wireMessages, type WireTable } from "../opamp-client/wire/fields.ts";

const { AnyValue = {}, ArrayValue = {}, KeyValueList = {}, KeyValue = {} } = wireMessages;

/** The messages of OTLP (opentelemetry/proto v1) that we write, in the form of the OpAMP codec's table. */
export const otlpTable: WireTable = {
  messages: {
    // OpAMP has taken these four over from OTLP.
    AnyValue,
    ArrayValue,
    KeyValueList,
    KeyValue,
    Resource: { attributes: [1, "KeyValue", "list"] },
    InstrumentationScope: { name: [1, "string"], version: [2, "string"] },
    ExportLogsServiceRequest: { resourceLogs: [1, "ResourceLogs", "list"] },
    ResourceLogs: { resource: [1, "Resource"], scopeLogs: [2, "ScopeLogs", "list"] },
    ScopeLogs: { scope: [1, "InstrumentationScope"], logRecords: [2, "LogRecord", "list"] },
    LogRecord: {
      timeUnixNano: [1, "fixed64"],
      severityNumber: [2, "enum"],
      severityText: [3, "string"],
      body: [5, "AnyValue"],
      attributes: [6, "KeyValue", "list"],
      observedTimeUnixNano: [11, "fixed64"],
    },
    ExportMetricsServiceRequest: { resourceMetrics: [1, "ResourceMetrics", "list"] },
    ResourceMetrics: { resource: [1, "Resource"], scopeMetrics: [2, "ScopeMetrics", "list"] },
    ScopeMetrics: { scope: [1, "InstrumentationScope"], metrics: [2, "Metric", "list"] },
    Metric: {
      name: [1, "string"],
      description: [2, "string"],
      unit: [3, "string"],
      gauge: [5, "Gauge"],
      sum: [7, "Sum"],
    },
    Gauge: { dataPoints: [1, "NumberDataPoint", "list"] },
    Sum: {
      dataPoints: [1, "NumberDataPoint", "list"],
      aggregationTemporality: [2, "enum"],
      isMonotonic: [3, "bool"],
    },
    NumberDataPoint: {
      startTimeUnixNano: [2, "fixed64"],
      timeUnixNano: [3, "fixed64"],
      asDouble: [4, "double"],
      // sfixed64 in the proto: the same eight bytes.
      asInt: [6, "fixed64"],
      attributes: [7, "KeyValue", "list"],
    },
    ExportTraceServiceRequest: { resourceSpans: [1, "ResourceSpans", "list"] },
    ResourceSpans: { resource: [1, "Resource"], scopeSpans: [2, "ScopeSpans", "list"] },
    ScopeSpans: { scope: [1, "InstrumentationScope"], spans: [2, "Span", "list"] },
    Span: {
      traceId: [1, "bytes"],
      spanId: [2, "bytes"],
      parentSpanId: [4, "bytes"],
      name: [5, "string"],
      kind: [6, "enum"],
      startTimeUnixNano: [7, "fixed64"],
      endTimeUnixNano: [8, "fixed64"],
      attributes: [9, "KeyValue", "list"],
      events: [11, "SpanEvent", "list"],
      status: [15, "Status"],
    },
    SpanEvent: {
      timeUnixNano: [1, "fixed64"],
      name: [2, "string"],
      attributes: [3, "KeyValue", "list"],
    },
    Status: { message: [2, "string"], code: [3, "enum"] },
  },
  oneofs: new Set(["AnyValue", "NumberDataPoint"]),
};
