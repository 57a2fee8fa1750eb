/** One line of the page. Neither holds anything that names the cluster, its owner or what runs in it. */
export interface ProbeAnswer {
  readonly question: string;
  readonly answer: string;
}

export interface ProbeSection {
  readonly title: string;
  readonly answers: readonly ProbeAnswer[];
}

export const NEEDS_PARTITION = "not asked: name a partition or a service";

export function line(question: string, answer: string): ProbeAnswer {
  return { question, answer };
}
