#!/bin/bash
# Stand-in: the checks of Java before a service starts.
if [ ! -x /usr/bin/java ]; then
    echo "Please install java" >&2
    exit 1
fi
version=$(/usr/bin/java -version 2>&1 | sed -n 's/.*version "\([0-9]*\)[."].*/\1/p' | head -1)
case $version in
    17) exit 0 ;;
    11 | 21) echo "WARNING: java version $version is not the recommended version 17" ; exit 0 ;;
    *) echo "Java version $version is not supported: 11, 17 or 21 is needed" >&2; exit 1 ;;
esac
