/** One line of the benchmark's table. */
export interface Row {
  name: string;
  figure: string;
  /** The limit from the design, beside rows that have one. */
  target?: string;
  met?: boolean;
}

/** A ratio with its lower limit. */
export function ratioRow(name: string, ratio: number, atLeast: number): Row {
  return {
    name,
    figure: `${(ratio * 100).toFixed(0)} %`,
    target: `≥ ${(atLeast * 100).toFixed(0)} %`,
    met: ratio >= atLeast,
  };
}

export function rateRow(name: string, perSecond: number): Row {
  return { name, figure: `${perSecond.toFixed(0)}/s` };
}
