import { type Dice, seededDice } from "../opamp/mutate-frame.ts";

/** Chance with a seed that is printed; the variable FAULTS_SEED draws the same again. */
export function printedDice(what: string): Dice {
  const wish = Number(process.env["FAULTS_SEED"] ?? "");
  const seed = wish > 0 ? wish : 1 + Math.floor(Math.random() * 1_000_000);
  process.stdout.write(`${what}: FAULTS_SEED=${seed}\n`);
  return seededDice(seed);
}
