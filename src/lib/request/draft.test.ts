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

describe('the errors of a field', () => {
	it('stay hidden while the field is typed for the first time', () => {
		draft.phoneNumber = '202';
		draft.typed('phoneNumber');
		expect(draft.errors).toEqual({});
	});
	it('appear when the field loses focus, then update on each key until the field is valid', () => {
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
	it('stay hidden for an empty field until the form is sent', () => {
		draft.left('customerName');
		expect(draft.errors).toEqual({});
		expect(draft.showFaults()).toBe('customerName');
		expect(Object.keys(draft.errors)).toEqual(['customerName', 'phoneNumber']);
	});
	it('from the server stay until the field is edited', () => {
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

describe('the request body', () => {
	const now = Date.parse('2026-11-22T12:00:00.000Z');
	beforeEach(() => {
		draft.customerName = ' Ada ';
		draft.phoneNumber = '(202) 555-0100';
	});
	it('has the trimmed name and the complete number', () =>
		expect(draft.body(now)).toEqual({ customerName: 'Ada', phoneNumber: '+12025550100', workflow: 'SUPPORT' }));
	it('schedules “in 5 minutes” from now', () => {
		draft.when = 'soon';
		expect(draft.body(now).scheduledAt).toBe('2026-11-22T12:05:00.000Z');
	});
	it('has a chosen time of the browser’s zone in UTC', () => {
		draft.when = 'pick';
		draft.scheduledAt = '2026-12-01T09:30';
		expect(draft.body(now).scheduledAt).toBe(new Date('2026-12-01T09:30').toISOString());
	});
	it('keeps country and workflow for the next call', () => {
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

it('a restored draft does not overwrite fields that were edited since', () => {
	draft.customerName = 'Since';
	draft.when = 'soon';
	draft.restore({
		customerName: 'Before',
		country: 'GB',
		phoneNumber: '20 79',
		workflow: 'SALES',
		when: 'now',
		scheduledAt: '',
	});
	const { customerName, country, phoneNumber, workflow, when } = draft;
	expect([customerName, country, phoneNumber, workflow, when]).toEqual(['Since', 'GB', '20 79', 'SALES', 'soon']);
});
