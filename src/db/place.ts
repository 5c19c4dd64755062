import { statSync } from 'node:fs';
import { DatabaseGone } from './database.ts';

/** Checks whether the paths of a database still name the open files. */
export interface FileGuard {
	/**
	 * Throws `DatabaseGone` while a path does not name the open file. Throws the same error each time, until all
	 * files are back.
	 */
	check(): void;
}

export interface FileGuardDeps {
	/** The path of the open database. Its journal exists; its lock file may exist. */
	path: string;
	/** Called if only the journal is gone. Committed pages can still be moved into the file. */
	onJournalGone(): void;
}

const PUT_BACK = 'Nothing is written until the same file is back: put it back, or restart the server.';
const RESTART = 'Nothing is written any more: restart the server.';

/**
 * Remembers the identity of a database, its journal and its lock. A file that is deleted, renamed or replaced while
 * open still takes writes, which are lost when the process ends. SQLite does not check this in WAL mode.
 */
export function createFileGuard({ path, onJournalGone }: FileGuardDeps): FileGuard {
	const [journal, lock] = [`${path}-wal`, `${path}.lock`];
	const known = { file: identityOf(path), journal: identityOf(journal), lock: identityOf(lock) };
	let goneError: DatabaseGone | undefined;

	function reason(): string | null {
		// Check the file last: if the whole folder disappears meanwhile, the reason names the file.
		const now = { lock: identityOf(lock), journal: identityOf(journal) };
		const file = identityOf(path);
		if (file === null) return `The database file ${path} was deleted or moved while it was open. ${PUT_BACK}`;
		if (!isSame(file, known.file)) return `Another file has replaced the database file ${path}. ${PUT_BACK}`;
		if (file.size === 0n) return `The database file ${path} was emptied while it was open. ${RESTART}`;
		if (known.lock !== null && !isSame(now.lock, known.lock))
			return `The lock file ${lock} was deleted, and another server may use the database. ${RESTART}`;
		return isSame(now.journal, known.journal) ? null : journalGone;
	}
	const journalGone = `The database's journal ${journal} was deleted while it was open. ${RESTART}`;

	function reasonOrFailure(): string | null {
		try {
			return reason();
		} catch (error) {
			return `The database file cannot be found (${error instanceof Error ? error.message : String(error)}). ${PUT_BACK}`;
		}
	}

	return {
		check() {
			const why = reasonOrFailure();
			if (why === null) {
				goneError = undefined;
				return;
			}
			if (goneError === undefined) {
				goneError = new DatabaseGone(why);
				if (why === journalGone) onJournalGone();
			}
			throw goneError;
		},
	};
}

interface Identity {
	dev: bigint;
	ino: bigint;
	size: bigint;
}

const identityOf = (path: string): Identity | null => statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;

const isSame = (one: Identity | null, other: Identity | null): boolean =>
	one !== null && other !== null && one.ino === other.ino && one.dev === other.dev;
