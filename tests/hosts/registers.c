/* Copyright: (c) 2026, the hostcraft.cloudstack authors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Preloaded into user-mode Linux. Kernels before 6.13 hand a processor's extended registers back in the size that
 * processors with AVX-512 have, and the host refuses this where its processor has more (AMX), so no program starts.
 * Here the rest is filled up: registers that are not handed back are in their initial state.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Intel SDM 1, 13.4: the header follows the legacy area, its first word tells which components are there. */
enum { HEADER = 512, AVX512_AND_PKRU = 0x2ff };

static uint8_t whole[1 << 16] __attribute__((aligned(64)));
static size_t size;

static long ask(long request, long pid, void *address, void *data)
{
	return syscall(SYS_ptrace, request, pid, address, data);
}

static long extended(long request, long pid, struct iovec *own)
{
	struct iovec all = { whole, sizeof whole };

	if (request == PTRACE_GETREGSET || !size) {
		if (ask(PTRACE_GETREGSET, pid, (void *)NT_X86_XSTATE, &all))
			return -1;
		size = all.iov_len;
	}
	if (request == PTRACE_GETREGSET) {
		if (own->iov_len > size)
			own->iov_len = size;
		memcpy(own->iov_base, whole, own->iov_len);
		return 0;
	}
	if (own->iov_len >= size)
		return ask(request, pid, (void *)NT_X86_XSTATE, own);
	memcpy(whole, own->iov_base, own->iov_len);
	memset(whole + own->iov_len, 0, size - own->iov_len);
	*(uint64_t *)(whole + HEADER) &= AVX512_AND_PKRU;
	all.iov_len = size;
	return ask(request, pid, (void *)NT_X86_XSTATE, &all);
}

long ptrace(enum __ptrace_request request, ...)
{
	va_list rest;
	long pid, peeked;
	void *address, *data;

	va_start(rest, request);
	pid = va_arg(rest, long);
	address = va_arg(rest, void *);
	data = va_arg(rest, void *);
	va_end(rest);
	if ((request == PTRACE_GETREGSET || request == PTRACE_SETREGSET) && (long)address == NT_X86_XSTATE)
		return extended(request, pid, data);
	if (request != PTRACE_PEEKTEXT && request != PTRACE_PEEKDATA && request != PTRACE_PEEKUSER)
		return ask(request, pid, address, data);
	if (ask(request, pid, address, &peeked))
		return -1;
	errno = 0;
	return peeked;
}
