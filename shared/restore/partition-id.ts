declare const partitionId: unique symbol;

/**
 * A partition's GUID, always lower-case 8-4-4-4-12. The cluster keys its restore records by the id *as typed* while the
 * replica reports under the lower-case form: another spelling addresses another record and answers `null` for ever.
 */
export type PartitionId = string & { readonly [partitionId]: true };

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Takes upper case, and the braces PowerShell and .NET print; everything else is `undefined`. */
export function parsePartitionId(text: string): PartitionId | undefined {
  const bare = text
    .trim()
    .replace(/^\{(.*)\}$/, "$1")
    .toLowerCase();
  return isCanonical(bare) ? bare : undefined;
}

function isCanonical(text: string): text is PartitionId {
  return GUID.test(text);
}
