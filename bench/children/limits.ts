interface Report {
	userLimits?: { open_files?: { soft: number | 'unlimited' } };
}

/** What a process needs beside a socket for each client. */
const BESIDES = 200;

/** How many clients one process here can hold open: its limit of open files (`ulimit -n`), which is left as it is. */
export function mostClients(): number {
	const { userLimits } = process.report.getReport() as Report;
	const soft = userLimits?.open_files?.soft ?? 'unlimited';
	return soft === 'unlimited' ? Infinity : soft - BESIDES;
}
