import type { Workflow } from '#contract';
import { typedText } from '#contract/typed-text.ts';
import { WORKFLOWS } from '#contract/words.ts';
import type { Phones } from '#lib/phone/phones.svelte.ts';
import type { Composed } from '#lib/phone/types.ts';
import { checkName, checkTime } from './checks.ts';
import { dueAt, type Errors, type Field, type FormAnswer, type Values, type When } from './form.ts';

const ORDER = ['customerName', 'phoneNumber', 'workflow', 'scheduledAt'] as const satisfies readonly Field[];

/** The state of the request form: its fields and their errors. */
export class Draft {
	customerName = $state('');
	country = $state('');
	phoneNumber = $state('');
	workflow = $state<Workflow>('SUPPORT');
	when = $state<When>('now');
	scheduledAt = $state('');
	/** True while the time field holds an incomplete time. The field's value is empty then. */
	isPartialTime = $state(false);

	/** Fields whose errors are shown. The error of such a field updates on each key until the field is valid. */
	#watched = $state<Partial<Record<Field, boolean>>>({});
	/** Errors from the server, each kept until its field is edited. */
	#refused = $state<Errors>({});
	#phones: Phones;
	/** The initial values. `restore` compares with them to find the fields that were edited. */
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

	/**
	 * All errors, shown or not. Until the script that validates numbers has loaded (`#phones`), only the server can
	 * validate a number.
	 */
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

	/** The errors that the form shows. */
	readonly errors: Errors = $derived.by(() => {
		const shown: Errors = {};
		for (const field of ORDER) {
			const fault = this.#faults[field];
			if (fault !== undefined && (this.#watched[field] || this.#refused[field] !== undefined)) shown[field] = fault;
		}
		return shown;
	});

	/** Moves the country of a number with a + to the country field. */
	settle(): void {
		const whole = this.#phones.code?.split(this.phoneNumber);
		if (!whole) return;
		this.country = whole.country;
		this.phoneNumber = whole.national;
	}

	/** Shows the error of a field that loses focus. An empty field shows no error before the form is sent. */
	left(field: Field): void {
		const empty =
			field === 'customerName'
				? typedText(this.customerName) === ''
				: field === 'phoneNumber' && this.phoneNumber.trim() === '';
		if (!empty && this.#faults[field] !== undefined) this.#watched[field] = true;
	}

	typed(field: Field): void {
		this.#refused[field] = undefined;
		if (this.#faults[field] === undefined) this.#watched[field] = false;
	}

	/** Shows a field's error. Returns false if there is none. */
	showFault(field: Field): boolean {
		const isWrong = this.#faults[field] !== undefined;
		if (isWrong) this.#watched[field] = true;
		return isWrong;
	}

	/** Shows all errors. Returns the first field with an error, or null. */
	showFaults(): Field | null {
		for (const field of ORDER) if (this.#faults[field] !== undefined) this.#watched[field] = true;
		return ORDER.find((field) => this.#faults[field] !== undefined) ?? null;
	}

	/** Shows the server's errors beside their fields. Returns the first such field, or null. */
	refuse(errors: Errors): Field | null {
		this.#refused = { ...errors };
		return ORDER.find((field) => errors[field] !== undefined) ?? null;
	}

	/** Resets the form for the next call. Country and workflow stay, because the next call likely has the same. */
	next(): void {
		this.customerName = this.phoneNumber = '';
		this.when = 'now';
		this.scheduledAt = '';
		this.isPartialTime = false;
		this.#watched = {};
		this.#refused = {};
	}

	/** Returns the request body for the REST API. */
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

	/** Restores an earlier draft, except for fields that were edited since the page loaded. */
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
