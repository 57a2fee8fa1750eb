/** The round trip as a newcomer types it: in the README, on the screen of `npm run functions`, and run by a test. */
export const ROUND_TRIP = (origin: string): string => `app=${origin}
at=$(curl -s -o started.json -w '%header{location}' "$app/api/verifications" -H 'content-type: application/json' \\
  -d '{ "cluster": "demo", "partitionIds": ["00000000-0000-4000-8000-000000000001"], "rtoMinutes": 30 }')
while [ "$(curl -s -o verdict.json -w '%{http_code}' "$app$at")" = 202 ]; do sleep 3; done
cat verdict.json
curl -s "$app/api/verifications?cluster=demo&verdict=passed"`;
