import { scaleLog } from "d3-scale";
import { line, symbol, symbolCircle, symbolDiamond } from "d3-shape";

export interface Point {
  readonly name: string;
  readonly requests: number;
  readonly latencyS: number;
  readonly ours: boolean;
}

const [WIDTH, HEIGHT, MARGIN] = [760, 440, 60];

/** Requests against latency, both on a log scale, with the floor as a line: nothing can be below it. */
export function plot(points: readonly Point[], floor: number): string {
  const x = scaleLog([10, 2_000], [MARGIN, WIDTH - MARGIN]);
  const y = scaleLog([0.5, 100], [HEIGHT - MARGIN, MARGIN / 2]);
  const onFloor = [10, 2_000].map((requests): [number, number] => [x(requests), y(Math.max(0.447, floor / requests))]);
  const text = (at: readonly [number, number], words: string, more = ""): string =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${words}</text>`;
  // Those that coincide share a mark, and its words.
  const places = Map.groupBy(points, ({ requests, latencyS }) => `${requests.toFixed(0)} ${latencyS.toFixed(1)}`);
  const shown = [...places.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : { ...first, name: [first, ...others].map(({ name }) => name).join("; ") },
  );
  const marks = shown.map(({ name, requests, latencyS, ours }) => {
    const [left, top] = [x(requests), y(latencyS)];
    const shape = symbol(ours ? symbolDiamond : symbolCircle, ours ? 160 : 60)() ?? "";
    const end = left > WIDTH - 3 * MARGIN;
    const mark = `<path d="${shape}" transform="translate(${left.toFixed(1)},${top.toFixed(1)})" class="${ours ? "ours" : "peer"}"/>`;
    const style = `${ours ? 'font-weight="bold"' : ""} ${end ? 'text-anchor="middle"' : ""}`;
    return mark + text([end ? left : left + 11, top - (ours || end ? 11 : 5)], name, style);
  });
  const ticks = [
    ...[10, 30, 100, 300, 1_000].map((at) => text([x(at), HEIGHT - MARGIN + 18], String(at), 'text-anchor="middle"')),
    ...[1, 3, 10, 30, 100].map((at) => text([MARGIN - 8, y(at) + 4], `${at} s`, 'text-anchor="end"')),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">
<title>Mean latency against requests per restore, for each polling policy, on log-uniform durations</title>
<style>text{fill:#24292f}.peer{fill:#57606a}.ours{fill:#0969da}.axis{stroke:#8c959f;fill:none}.floor{stroke:#cf222e;stroke-dasharray:5 4;fill:none}</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
<path class="axis" d="M${MARGIN},${MARGIN / 2}V${HEIGHT - MARGIN}H${WIDTH - MARGIN}"/>
<path class="floor" d="${line()(onFloor) ?? ""}"/>
${text([x(26), y(5)], "the floor: no schedule is below it", 'fill="#cf222e"')}
${text([WIDTH / 2, HEIGHT - 14], "requests per restore (mean, log scale)", 'text-anchor="middle"')}
${text([14, 20], "latency (mean, log scale)")}
${[...ticks, ...marks].join("\n")}
</svg>
`;
}
