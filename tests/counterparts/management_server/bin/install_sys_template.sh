#!/bin/bash
# Stand-in of cloud-install-sys-tmplt with its traps: the database is changed before anything is checked.
here=$(cd "$(dirname "$0")" && pwd)
properties=/etc/cloudstack/management/db.properties

usage() {
    echo "Usage: $(basename "$0"): -m <secondary storage mount point> -f <system vm template file> [-h <hypervisor name: kvm|vmware|xenserver|hyperv|ovm3|lxc>] [-s <mgmt server secret key, if you specified any when running cloudstack-setup-database, default is password>] [-u <Url to system vm template>] [-F <clean up system templates of specified hypervisor>] [-e <Template suffix, e.g vhd, ova, qcow2>] [-o <Database server hostname or ip, e.g localhost>] [-r <Database user name, e.g root>] [-p <mysql database port>] [-d <Database server password. Leave it empty if empty>] [-t <Template Id>]"
}
failed() { echo "$2" >&2; echo "Installation failed" >&2; exit "$1"; }

if [ $# -eq 0 ]; then usage; exit 0; fi
mount= url= file= hypervisor=kvm force= secret= host=localhost user=root port=3306 password= suffix= id=
while getopts 'm:h:f:u:Ft:e:s:o:r:d:p:' option; do
    case $option in
        m) mount=$OPTARG ;; u) url=$OPTARG ;; f) file=$OPTARG ;; h) hypervisor=$OPTARG ;; F) force=1 ;;
        s) secret=$OPTARG ;; o) host=$OPTARG; ohost=1 ;; r) user=$OPTARG; ouser=1 ;; p) port=$OPTARG; oport=1 ;;
        d) password=$OPTARG ;; e) suffix=$OPTARG ;; t) id=$OPTARG ;;
        *) usage; exit 2 ;;
    esac
done
if [ -z "$mount" ] || { [ -z "$url" ] && [ -z "$file" ]; }; then usage; exit 2; fi
[ -d "$mount" ] || failed 2 "mount point $mount doesn't exist"
held() { sed -n "s/^$1=//p" $properties | tail -1; }
if [ -f $properties ]; then
    [ -n "$ohost" ] || host=$(held db.cloud.host)
    [ -n "$oport" ] || port=$(held db.cloud.port)
    [ -n "$ouser" ] || user=$(held db.cloud.username)
    kind=$(held db.cloud.encryption.type)
    value=$(held db.cloud.password)
    if [ "$kind" = file ] || [ "$kind" = web ]; then
        [ "$kind" = file ] && secret=$(cat /etc/cloudstack/management/key)
        version=$(held db.cloud.encryptor.version)
        value=${value#ENC(}
        password=$(java -classpath /usr/share/cloudstack-common/lib/cloudstack-utils.jar com.cloud.utils.crypt.EncryptionCLI -d -i "${value%)}" -p "$secret" ${version:+-e "$version"})
    elif [ "$kind" = env ]; then
        password=$value
    fi
fi
case $hypervisor in
    kvm) name=KVM; default=qcow2 ;; xenserver) name=XenServer; default=vhd ;; vmware) name=VMware; default=ova ;;
    lxc) name=LXC; default=qcow2 ;; hyperv) name=Hyperv; default=vhd ;; ovm3) name=Ovm3; default=raw ;;
    *) failed 2 "hypervisor $hypervisor is unknown" ;;
esac
sql() { mysql -h "$host" --user="$user" --password="$password" --port="$port" --skip-column-names -U cloud -e "$1"; }
if [ -z "$id" ]; then
    id=$(sql "select max(id) from cloud.vm_template where type = 'SYSTEM' and hypervisor_type = '$name' and removed is null") \
        || failed 2 "Unable to get template Id from database"
    suffix=${suffix:-$default}
fi
suffix=${suffix:-vhd}
uuid=$(uuidgen)
sql "update cloud.vm_template set uuid='$uuid', url='$url' where id='$id'" || failed 2 "Failed to update vm_template"
directory=$mount/template/tmpl/1/$id
mkdir -p "$directory"
[ -z "$force" ] || rm -rf "${directory:?}"/*
if [ -f "$directory/template.properties" ] || ls "$directory"/*."$suffix" >/dev/null 2>&1; then
    echo "Data already exists at destination $directory - use the -F option to force cleanup of old template" >&2
    exit 2
fi
needed=$(cat /etc/cloudstack/stand-in.space 2>/dev/null || echo 1000)
for place in "$directory" "$here"; do
    free=$(df -P -k "$place" | awk 'NR==2 {print $4}')
    [ "$free" -ge "$needed" ] || failed 4 "Insufficient free disk space for target folder $place: avail=${free}k req=${needed}k"
done
target=$here/$uuid.$suffix
if [ -n "$url" ]; then
    touch "$target"
    wget -q -O "$target" "$url" || failed 2 "Failed to fetch system vm template from $url"
else
    cp "$file" "$target" || failed 2 "Failed to copy $file"
fi
case $(file -b "$target") in
    gzip*) mv "$target" "$target.gz"; gunzip "$target.gz" ;;
    bzip2*) mv "$target" "$target.bz2"; bunzip2 "$target.bz2" ;;
    XZ*) mv "$target" "$target.xz"; xz -d "$target.xz" ;;
    Zip*) unzip -p "$target" >"$target.out"; mv "$target.out" "$target" ;;
esac
size=$(stat -c %s "$target")
virtual=$size
[ "$suffix" != qcow2 ] || virtual=$(qemu-img info "$target" 2>/dev/null | sed -n 's/.*(\([0-9]*\) bytes).*/\1/p' | head -1)
mv "$target" "$directory/$uuid.$suffix"
cat >"$directory/template.properties" <<EOF
filename=$uuid.$suffix
description=SystemVM Template
hvm=false
size=$size
$suffix=true
id=$id
public=true
$suffix.filename=$uuid.$suffix
uniquename=routing-$id
$suffix.virtualsize=$virtual
virtualsize=$virtual
$suffix.size=$size
EOF
chmod 0644 "$directory"/*
echo "Successfully installed system VM template $file and template.properties to $directory"
