-- Stand-in: the system VM templates of before the first start, and the built-in ones.
USE `cloud`;
INSERT INTO `vm_template` (`id`, `unique_name`, `name`, `uuid`, `type`, `url`, `format`, `created`, `hypervisor_type`, `public`) VALUES
  (1, 'routing-1', 'SystemVM Template (XenServer)', UUID(), 'SYSTEM', 'http://download.example.net/systemvm/4.6/systemvm64template-4.6.0-xen.vhd.bz2', 'VHD', NOW(), 'XenServer', 0),
  (3, 'routing-3', 'SystemVM Template (KVM)', UUID(), 'SYSTEM', 'http://download.example.net/systemvm/4.6/systemvm64template-4.6.0-kvm.qcow2.bz2', 'QCOW2', NOW(), 'KVM', 0),
  (8, 'routing-8', 'SystemVM Template (vSphere)', UUID(), 'SYSTEM', 'http://download.example.net/systemvm/4.6/systemvm64template-4.6.0-vmware.ova', 'OVA', NOW(), 'VMware', 0),
  (9, 'routing-9', 'SystemVM Template (HyperV)', UUID(), 'SYSTEM', 'http://download.example.net/systemvm/4.6/systemvm64template-4.6.0-hyperv.vhd.zip', 'VHD', NOW(), 'Hyperv', 0),
  (2, 'centos53-x86_64', 'CentOS 5.3(64-bit) no GUI (XenServer)', UUID(), 'BUILTIN', 'http://download.example.net/templates/builtin/f59f18fb.vhd.bz2', 'VHD', NOW(), 'XenServer', 1),
  (4, 'centos55-x86_64', 'CentOS 5.5(64-bit) no GUI (KVM)', UUID(), 'BUILTIN', 'http://download.example.net/templates/builtin/eec2209b.qcow2.bz2', 'QCOW2', NOW(), 'KVM', 1),
  (5, 'centos56-x86_64-xen', 'CentOS 5.6(64-bit) no GUI (XenServer)', UUID(), 'BUILTIN', 'http://download.example.net/templates/builtin/centos56.vhd.bz2', 'VHD', NOW(), 'XenServer', 1),
  (6, 'centos64-x86_64-hyperv', 'CentOS 6.4(64-bit) GUI (Hyperv)', UUID(), 'BUILTIN', 'http://download.example.net/templates/builtin/centos64.vhd.bz2', 'VHD', NOW(), 'Hyperv', 1),
  (7, 'centos53-x64', 'CentOS 5.3(64-bit) no GUI (vSphere)', UUID(), 'BUILTIN', 'http://download.example.net/templates/builtin/centos53.ova', 'OVA', NOW(), 'VMware', 1);
