/** Ids of subjects, which nobody can squat because each is the hash of a typed key; and the fold of their heads. */
import { type Address, concat, type Hex, keccak256, slice } from "viem";

import { structHash } from "./typedData";

export interface HoldingKey {
  readonly maker: bigint;
  readonly handle: Hex;
  readonly creator: bigint;
  readonly serial: bigint;
}

export interface CorrectionKey {
  readonly ledger: Address;
  readonly subject: Hex;
  readonly corrects: Hex;
}

export interface OrderKey {
  readonly buyer: bigint;
  readonly supplier: bigint;
  readonly handle: Hex;
}

export interface MilestoneKey {
  readonly order: OrderKey;
  readonly line: bigint;
  readonly number: bigint;
}

export interface ConsignmentKey {
  readonly from: bigint;
  readonly to: bigint;
  readonly handle: Hex;
}

export function organisationId(organisation: bigint): Hex {
  return structHash("OrganisationKey", { organisation });
}

/** Subject of a key granted by (or for) an organisation. */
export function signerId(organisation: bigint, key: Address): Hex {
  return structHash("SignerKey", { organisation, key });
}

/** Subject of the mode. */
export function platformId(): Hex {
  return structHash("PlatformKey", {});
}

/** Subject of a lot: its maker (0 if none is on this ledger) and the salted hash of its trade identifier. */
export function lotId(maker: bigint, handle: Hex): Hex {
  return structHash("LotKey", { maker, handle });
}

export function holdingId(holding: HoldingKey): Hex {
  return structHash("HoldingKey", { ...holding });
}

/** Subject of a correction of one record of one subject of one ledger. */
export function correctionId(correction: CorrectionKey): Hex {
  return structHash("CorrectionKey", { ...correction });
}

export function orderId(order: OrderKey): Hex {
  return structHash("OrderKey", { ...order });
}

/** Subject of a milestone of a service line. */
export function milestoneId({ order, line, number }: MilestoneKey): Hex {
  return structHash("MilestoneKey", { order: { ...order }, line, number });
}

export function consignmentId(consignment: ConsignmentKey): Hex {
  return structHash("ConsignmentKey", { ...consignment });
}

/** Subject of the countersignature of a one-sided receipt, named by its action hash. */
export function receiptId(receipt: Hex): Hex {
  return structHash("ReceiptKey", { receipt });
}

/** Subject of an organisation's daily sheet; `day` is yyyymmdd. */
export function sheetId(organisation: bigint, day: bigint): Hex {
  return structHash("SheetKey", { organisation, day });
}

/** The 24-byte head after one more action: `bytes24(keccak256(head ‖ actionHash ‖ signer))`. */
export function fold(head: Hex, actionHash: Hex, signer: Address): Hex {
  return slice(keccak256(concat([head, actionHash, signer])), 0, 24);
}
