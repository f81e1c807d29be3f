#!/bin/bash
# Stand-in of cloudstack-migrate-databases: refuses while a service of this machine runs, then changes keys.
log=/tmp/cloudstack-migrate-databases.log
if [ $# -eq 0 ] || [ "$1" = -h ]; then
    echo "usage: $(basename "$0") -m OLD_MANAGEMENT_KEY -d OLD_DATABASE_KEY [-n NEW] [-e NEW] [-v V1|V2] [-f] [-s] [-l]"
    exit 0
fi
for service in cloudstack-management cloudstack-usage; do
    if [ "$(systemctl is-active $service)" = active ]; then
        echo "service $service is still active. Please stop it and retry."
        exit 1
    fi
done
echo "Started database migration at $(date)"
/usr/bin/java -classpath "/etc/cloudstack/management:/usr/share/cloudstack-management/lib/*" \
    com.cloud.utils.crypt.EncryptionSecretKeyChanger "$@" 2>>$log
ended=$?
if [ $ended -eq 0 ]; then
    rm -f $log
    echo "Finished database migration at $(date)"
else
    echo "Failed to migrate databases. You may find more logs in $log"
fi
exit $ended
