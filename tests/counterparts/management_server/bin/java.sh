#!/bin/bash
# A stand-in for Java of hostcraft.cloudstack's tests: it runs the stand-ins of CloudStack's classes, in Python.
# -version answers; the class of the command line decides which program is meant.
lib=/usr/share/cloudstack-common/lib
jar=
class=
rest=()
command=("$@")
while [ $# -gt 0 ]; do
    case $1 in
        -version | --version)
            echo 'openjdk version "17.0.15" 2025-04-15' >&2
            echo 'OpenJDK Runtime Environment (build 17.0.15+6-Debian-1deb12u1)' >&2
            echo 'OpenJDK 64-Bit Server VM (build 17.0.15+6-Debian-1deb12u1, mixed mode, sharing)' >&2
            exit 0 ;;
        -cp | -classpath) jar=$2; shift ;;
        -*) ;;
        *) class=$1; shift; rest=("$@"); break ;;
    esac
    shift
done
case $class in
    com.cloud.utils.crypt.EncryptionCLI)
        if [ ! -f "${jar%%:*}" ]; then
            echo "Error: Could not find or load main class $class" >&2
            exit 1
        fi
        PYTHONPATH=$lib exec python3 -m standin.encryption_cli "${rest[@]}" ;;
    com.cloud.utils.crypt.EncryptionSecretKeyChanger) PYTHONPATH=$lib exec python3 -m standin.key_changer "${rest[@]}" ;;
    # The options stay in the list of processes, as Java's do.
    org.apache.cloudstack.ServerDaemon) PYTHONPATH=$lib exec -a java python3 -m standin.server "${command[@]}" ;;
    com.cloud.usage.UsageServer) PYTHONPATH=$lib exec -a java python3 -m standin.usage "${command[@]}" ;;
    *) echo "Error: Could not find or load main class $class" >&2; exit 1 ;;
esac
