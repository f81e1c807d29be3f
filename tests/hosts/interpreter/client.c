/* Copyright: (c) 2026, the hostcraft.cloudstack authors
 * GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The interpreter that Ansible is told of in a booted host, or here by a test. A script that root sends by standard input, as Ansible does
 * with modules, is given to server.py with this process's files, folder and environment, and ends with its status.
 * Everything else, and all where the server does not answer, goes to the interpreter itself.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Those of a booted host. */
#ifndef SOCKET
#define SOCKET "/run/hosts-python"
#define PYTHON "/usr/bin/python3"
#endif

extern char **environ;

/* The server's interpreter started with Python's own settings and UTF-8. Two of them make no difference to a module. */
static int starts_otherwise(void)
{
	for (char **entry = environ; *entry; entry++) {
		int locale = !strncmp(*entry, "LC_", 3) || !strncmp(*entry, "LANG", 4);
		int python = !strncmp(*entry, "PYTHON", 6) && strncmp(*entry, "PYTHONUNBUFFERED=", 17)
			&& strncmp(*entry, "PYTHONDONTWRITEBYTECODE=", 24);

		if (python || (locale && !strstr(*entry, "=C.UTF-8")))
			return 1;
	}
	return 0;
}

/* Its mask of modes, the number of its arguments, then its environment, each with an end of text. */
static size_t written(char *text, size_t size)
{
	mode_t mask = umask(0);
	size_t used = (size_t)snprintf(text, size, "%o%c0", mask, 0) + 1;

	umask(mask);
	for (char **entry = environ; *entry; entry++) {
		size_t length = strlen(*entry) + 1;

		if (used + length > size)
			return 0;
		memcpy(text + used, *entry, length);
		used += length;
	}
	return used;
}

static int sent(int server)
{
	static char text[1 << 16];
	union {
		char room[CMSG_SPACE(4 * sizeof(int))];
		struct cmsghdr aligned;
	} files = { 0 };
	struct iovec part = { text, written(text, sizeof text) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &files, .msg_controllen = sizeof files };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int given[4] = { 0, 1, 2, open(".", O_PATH | O_CLOEXEC) };

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof given);
	memcpy(CMSG_DATA(header), given, sizeof given);
	return part.iov_len && given[3] >= 0 && sendmsg(server, &message, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
}

int main(int count, char **arguments)
{
	struct sockaddr_un place = { AF_UNIX, SOCKET };
	int server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), status;

	if (count == 1 && !getuid() && !geteuid() && !starts_otherwise()
	    && !connect(server, (struct sockaddr *)&place, sizeof place) && sent(server)) {
		if (recv(server, &status, sizeof status, 0) != sizeof status)
			status = SIGKILL;
		if (WIFEXITED(status))
			return WEXITSTATUS(status);
		raise(WTERMSIG(status));
		return 128 + WTERMSIG(status);
	}
	arguments[0] = PYTHON;
	execv(arguments[0], arguments);
	perror(arguments[0]);
	return 127;
}
