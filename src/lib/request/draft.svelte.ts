import type { Workflow } from '#contract';
import { typedText } from '#contract/typed-text.ts';
import { WORKFLOWS } from '#contract/words.ts';
import type { Phones } from '#lib/phone/phones.svelte.ts';
import type { Composed } from '#lib/phone/types.ts';
import { checkName, checkTime } from './checks.ts';
import { dueAt, type Errors, type Field, type FormAnswer, type Values, type When } from './form.ts';

const ORDER = ['customerName', 'phoneNumber', 'workflow', 'scheduledAt'] as const satisfies readonly Field[];

/** The call that somebody is about to request. */
export class Draft {
	customerName = $state('');
	country = $state('');
	phoneNumber = $state('');
	workflow = $state<Workflow>('SUPPORT');
	when = $state<When>('now');
	scheduledAt = $state('');
	/** The time's field holds a part of one, which its value does not show. */
	isPartialTime = $state(false);

	/** Fields that have been left, or shown as missing: from then on they answer each key until they are right. */
	#watched = $state<Partial<Record<Field, boolean>>>({});
	/** What the server refused, until the field is typed into. */
	#refused = $state<Errors>({});
	#phones: Phones;
	/** As it was in the beginning. */
	#blank: Values;

	constructor(phones: Phones, country: string, answer: FormAnswer | null) {
		this.#phones = phones;
		this.country = country;
		if (answer) {
			this.#take(answer.values);
			this.#refused = { ...answer.errors };
		}
		this.#blank = this.values();
	}

	/** Every field's fault, shown or not. Without the phone code a number waits for the server's word. */
	readonly #faults: Errors = $derived.by(() => {
		const faults: Errors = { ...this.#refused };
		const name = checkName(this.customerName);
		if (name) faults.customerName = name;
		const number = this.#compose();
		if (number.error !== undefined) faults.phoneNumber = number.error;
		const time = this.when === 'pick' ? checkTime(this.scheduledAt, { isPartial: this.isPartialTime }) : null;
		if (time) faults.scheduledAt = time;
		return faults;
	});

	/** What the form shows. */
	readonly errors: Errors = $derived.by(() => {
		const shown: Errors = {};
		for (const field of ORDER) {
			const fault = this.#faults[field];
			if (fault !== undefined && (this.#watched[field] || this.#refused[field] !== undefined)) shown[field] = fault;
		}
		return shown;
	});

	/** A number with its + hands its country to the field before. */
	settle(): void {
		const whole = this.#phones.code?.split(this.phoneNumber);
		if (!whole) return;
		this.country = whole.country;
		this.phoneNumber = whole.national;
	}

	/** A field was left: an empty one is not blamed before the form is sent. */
	left(field: Field): void {
		const empty =
			field === 'customerName'
				? typedText(this.customerName) === ''
				: field === 'phoneNumber' && this.phoneNumber.trim() === '';
		if (!empty && this.#faults[field] !== undefined) this.#watched[field] = true;
	}

	/** A field was typed into. */
	typed(field: Field): void {
		this.#refused[field] = undefined;
		if (this.#faults[field] === undefined) this.#watched[field] = false;
	}

	/** Shows what is wrong with a field; false where nothing is. */
	showFault(field: Field): boolean {
		const isWrong = this.#faults[field] !== undefined;
		if (isWrong) this.#watched[field] = true;
		return isWrong;
	}

	/** Shows all that is missing; the first such field, or null. */
	showFaults(): Field | null {
		for (const field of ORDER) if (this.#faults[field] !== undefined) this.#watched[field] = true;
		return ORDER.find((field) => this.#faults[field] !== undefined) ?? null;
	}

	/** Puts the server's words beside the fields; the first such field, or null. */
	refuse(errors: Errors): Field | null {
		this.#refused = { ...errors };
		return ORDER.find((field) => errors[field] !== undefined) ?? null;
	}

	/** The next call: name and number are new, the rest is likely the same. */
	next(): void {
		this.customerName = this.phoneNumber = '';
		this.when = 'now';
		this.scheduledAt = '';
		this.isPartialTime = false;
		this.#watched = {};
		this.#refused = {};
	}

	/** What REST is asked. */
	body(now: number): Record<string, unknown> {
		const number = this.#compose();
		const scheduledAt = dueAt(this, now);
		return {
			customerName: typedText(this.customerName),
			phoneNumber: number.e164 ?? this.phoneNumber.trim(),
			workflow: this.workflow,
			...(scheduledAt === null ? {} : { scheduledAt }),
		};
	}

	values(): Values {
		const { customerName, country, phoneNumber, workflow, when, scheduledAt } = this;
		return { customerName, country, phoneNumber, workflow, when, scheduledAt };
	}

	/** Takes what was kept of an earlier draft, but for the fields that have been filled in since. */
	restore(kept: Values): void {
		const now = this.values();
		const filled = Object.entries(now).filter(([name, value]) => value !== this.#blank[name as keyof Values]);
		this.#take({ ...kept, ...Object.fromEntries(filled) });
	}

	#take({ workflow, ...values }: Values): void {
		Object.assign(this, values);
		this.workflow = WORKFLOWS.find((word) => word === workflow) ?? 'SUPPORT';
	}

	#compose(): Composed {
		const code = this.#phones.code;
		if (code) return code.compose(this.phoneNumber, this.country);
		return this.phoneNumber.trim() === '' ? { error: 'Enter a phone number.' } : { e164: this.phoneNumber.trim() };
	}
}
