const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long ago something was, in few words. */
export function ago(at: number, now: number): string {
  const ms = Math.max(0, now - at);
  if (ms < 2_000) return "just now";
  return `${durationOf(ms)} ago`;
}

/** How far another clock is ahead of ours; what an answer may have taken on its way is no difference. */
export function aheadBy(theirs: number, ours: number): number {
  const ms = theirs - ours;
  return Math.abs(ms) < 2_000 ? 0 : ms;
}

/** A time span in its biggest unit, or in two where one is too rough. */
export function durationOf(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < minuteMs) return `${Math.floor(ms / 1_000)} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < dayMs) {
    const minutes = Math.floor((ms % hourMs) / minuteMs);
    return `${Math.floor(ms / hourMs)} h${minutes === 0 ? "" : ` ${minutes} min`}`;
  }
  const days = Math.floor(ms / dayMs);
  return `${days} ${days === 1 ? "day" : "days"}`;
}

/** Whole days from now until then; negative when it is over. */
export function daysLeft(until: number, now: number): number {
  return Math.floor((until - now) / dayMs);
}

/** A date and time that can be compared at a glance: the same length always. */
export function dateTimeOf(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${clockOf(at)}`;
}

/** The time of day. */
export function clockOf(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((value) => String(value).padStart(2, "0"))
    .join(":");
}

/** Bytes as people say them. */
export function sizeOf(bytes: number): string {
  const units = [
    [1e9, "GB"],
    [1e6, "MB"],
    [1e3, "kB"],
  ] as const;
  const [size, unit] = units.find(([least]) => bytes >= least) ?? [1, "B"];
  const value = bytes / size;
  return `${value.toFixed(value < 10 && size > 1 ? 1 : 0)} ${unit}`;
}
