/**
 * The beginning of an UPDATE that cancels `pending` and `retrying` deliveries. The caller appends a condition. A
 * delivery that was `delivered` before its manual redelivery becomes `delivered` again.
 */
export const CANCEL_WHERE = `UPDATE "Delivery" SET
	"state" = CASE WHEN "manual" AND "stateBefore" = 'delivered' THEN 'delivered' ELSE 'canceled' END,
	"dueAt" = NULL, "manual" = 0, "stateBefore" = NULL, "lease" = NULL, "leasedUntil" = NULL
	WHERE "state" IN ('pending', 'retrying') AND`;
