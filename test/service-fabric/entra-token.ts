/** An access token in the form Microsoft Entra ID gives it: `name` says which one it is, `roles` what it is good for. */
export function entraToken(name: string, roles: unknown = ["User"]): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part({ name, roles })}.${Buffer.from(name).toString("base64url")}`;
}
