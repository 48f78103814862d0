/** Who may be asked where this host or container is. */
export const detectorNames = ["ec2", "ecs", "kubernetes", "env"] as const;

export type DetectorName = (typeof detectorNames)[number];
