import { beforeEach, describe, expect, it } from 'vitest';
import * as code from '#lib/phone/phone.ts';
import { Phones } from '#lib/phone/phones.svelte.ts';
import { Draft } from './draft.svelte.ts';
import { byField } from './form.ts';

let draft: Draft;
beforeEach(() => {
	const phones = new Phones();
	phones.code = code;
	draft = new Draft(phones, 'US', null);
});

describe('a field', () => {
	it('is not blamed while it is typed for the first time', () => {
		draft.phoneNumber = '202';
		draft.typed('phoneNumber');
		expect(draft.errors).toEqual({});
	});
	it('is checked when it is left, then on each key until it is right', () => {
		draft.phoneNumber = '202 555 01';
		draft.left('phoneNumber');
		expect(draft.errors.phoneNumber).toBe('Too short for the United States. Two more digits?');
		draft.phoneNumber = '202 555 010';
		draft.typed('phoneNumber');
		expect(draft.errors.phoneNumber).toBe('Too short for the United States. One more digit?');
		draft.phoneNumber = '202 555 0100';
		draft.typed('phoneNumber');
		expect(draft.errors).toEqual({});
		draft.phoneNumber = '202';
		draft.typed('phoneNumber');
		expect(draft.errors).toEqual({});
	});
	it('left empty is not blamed before the form is sent', () => {
		draft.left('customerName');
		expect(draft.errors).toEqual({});
		expect(draft.showFaults()).toBe('customerName');
		expect(Object.keys(draft.errors)).toEqual(['customerName', 'phoneNumber']);
	});
	it('that the server refused says so until it is typed into', () => {
		draft.customerName = 'Ada';
		draft.phoneNumber = '2025550100';
		expect(
			draft.refuse(
				byField([
					{ path: 'phoneNumber', message: 'No.' },
					{ path: 'run', message: 'x' },
				]),
			),
		).toBe('phoneNumber');
		expect(draft.errors).toEqual({ phoneNumber: 'No.' });
		draft.typed('phoneNumber');
		expect(draft.errors).toEqual({});
	});
});

describe('what is asked of the server', () => {
	const now = Date.parse('2026-11-22T12:00:00.000Z');
	beforeEach(() => {
		draft.customerName = ' Ada ';
		draft.phoneNumber = '(202) 555-0100';
	});
	it('is the trimmed name and the whole number', () =>
		expect(draft.body(now)).toEqual({ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SUPPORT' }));
	it('in 5 minutes is counted from now', () => {
		draft.when = 'soon';
		expect(draft.body(now).scheduledAt).toBe('2026-11-22T12:05:00.000Z');
	});
	it('a chosen time is the browser’s own, sent as UTC', () => {
		draft.when = 'pick';
		draft.scheduledAt = '2026-12-01T09:30';
		expect(draft.body(now).scheduledAt).toBe(new Date('2026-12-01T09:30').toISOString());
	});
	it('after a success the country and the workflow stay', () => {
		draft.workflow = 'SALES';
		draft.next();
		expect(draft.values()).toMatchObject({
			customerName: '',
			phoneNumber: '',
			country: 'US',
			workflow: 'SALES',
			when: 'now',
		});
	});
});

it('takes what was kept of an earlier one, but for the fields that have been filled in since', () => {
	draft.customerName = 'Since';
	draft.when = 'soon';
	draft.restore({
		...{ customerName: 'Before', country: 'GB', phoneNumber: '20 79' },
		...{ workflow: 'SALES', when: 'now', scheduledAt: '' },
	});
	const { customerName, country, phoneNumber, workflow, when } = draft;
	expect([customerName, country, phoneNumber, workflow, when]).toEqual(['Since', 'GB', '20 79', 'SALES', 'soon']);
});
