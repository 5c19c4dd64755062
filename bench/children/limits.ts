import type { Section } from '#bench/report.ts';

interface Report {
	userLimits?: { open_files?: { soft: number | 'unlimited' } };
}

/** What a process needs beside a socket for each client. */
const BESIDES = 200;

/** How many clients one process here can hold open: its limit of open files (`ulimit -n`), which is left as it is. */
function mostClients(): number {
	const { userLimits } = process.report.getReport() as Report;
	const soft = userLimits?.open_files?.soft ?? 'unlimited';
	return soft === 'unlimited' ? Infinity : soft - BESIDES;
}

/** A section that says why so many clients were not measured; null where they fit. */
export function tooMany(title: string, clients: number): Section | null {
	const most = mostClients();
	if (clients <= most) return null;
	const notes = [`Not measured: a process here may open ${most} sockets (see \`ulimit -n\`).`];
	return { title, rows: [], goals: [], notes };
}
