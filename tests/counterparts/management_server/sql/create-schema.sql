-- Stand-in: of the tables of 4.0.0 those that operators' tools read.
USE `cloud`;
SET FOREIGN_KEY_CHECKS = 0;
DROP TABLE IF EXISTS `version`, `mshost`, `mshost_peer`, `mshost_status`, `configuration`, `vm_template`, `host`, `host_details`, `cluster_details`,
  `template_store_ref`, `template_zone_ref`, `image_store`, `image_store_details`, `vm_instance`, `domain_router`,
  `async_job`, `keystore`, `op_lock`, `data_center`, `cluster`, `storage_pool`, `user`, `account`, `alert`, `event`;
CREATE TABLE `version` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `version` char(40) NOT NULL, `updated` datetime NOT NULL,
  `step` char(32) NOT NULL, PRIMARY KEY (`id`), UNIQUE KEY (`version`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
INSERT INTO `version` (`version`, `updated`, `step`) VALUES ('4.0.0', NOW(), 'Complete');
CREATE TABLE `mshost` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `msid` bigint unsigned NOT NULL, `runid` bigint NOT NULL DEFAULT 0,
  `name` varchar(255), `state` varchar(10) NOT NULL DEFAULT 'Down', `version` varchar(255), `service_ip` char(40) NOT NULL,
  `service_port` int NOT NULL, `last_update` datetime, `removed` datetime, `alert_count` int NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`), UNIQUE KEY (`msid`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `mshost_peer` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `owner_mshost` bigint unsigned NOT NULL, `peer_mshost` bigint unsigned NOT NULL,
  `peer_runid` bigint NOT NULL, `peer_state` varchar(10) NOT NULL DEFAULT 'Down', `last_update` datetime,
  PRIMARY KEY (`id`), UNIQUE KEY (`owner_mshost`, `peer_mshost`, `peer_runid`),
  FOREIGN KEY (`owner_mshost`) REFERENCES `mshost` (`id`) ON DELETE CASCADE,
  FOREIGN KEY (`peer_mshost`) REFERENCES `mshost` (`id`) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `configuration` (
  `category` varchar(255) NOT NULL DEFAULT 'Advanced', `instance` varchar(255) NOT NULL, `component` varchar(255) NOT NULL DEFAULT 'management-server',
  `name` varchar(255) NOT NULL, `value` varchar(4096), `description` varchar(1024), PRIMARY KEY (`name`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `vm_template` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `unique_name` varchar(255) NOT NULL, `name` varchar(255) NOT NULL, `uuid` varchar(40),
  `public` int unsigned NOT NULL DEFAULT 0, `featured` int unsigned NOT NULL DEFAULT 0, `type` varchar(32), `hvm` int unsigned NOT NULL DEFAULT 0,
  `bits` int unsigned NOT NULL DEFAULT 64, `url` varchar(255), `format` varchar(32) NOT NULL, `created` datetime NOT NULL, `removed` datetime,
  `account_id` bigint unsigned NOT NULL DEFAULT 1, `checksum` varchar(255), `display_text` varchar(4096), `guest_os_id` bigint unsigned NOT NULL DEFAULT 15,
  `cross_zones` int unsigned NOT NULL DEFAULT 1, `hypervisor_type` varchar(32), PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `account` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `account_name` varchar(100), `uuid` varchar(40), `type` int NOT NULL, `domain_id` bigint unsigned,
  `state` varchar(10) NOT NULL DEFAULT 'enabled', `removed` datetime, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `user` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `uuid` varchar(40), `username` varchar(255) NOT NULL, `password` varchar(255) NOT NULL,
  `account_id` bigint unsigned NOT NULL, `api_key` varchar(255), `secret_key` varchar(255), `created` datetime NOT NULL, `removed` datetime,
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `data_center` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255), `uuid` varchar(40), `networktype` varchar(255) NOT NULL DEFAULT 'Basic',
  `allocation_state` varchar(32) NOT NULL DEFAULT 'Enabled', `removed` datetime, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `cluster` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255), `uuid` varchar(40), `pod_id` bigint unsigned NOT NULL DEFAULT 1,
  `data_center_id` bigint unsigned NOT NULL DEFAULT 1, `hypervisor_type` varchar(32), `allocation_state` varchar(32) NOT NULL DEFAULT 'Enabled',
  `managed_state` varchar(32) NOT NULL DEFAULT 'Managed', `removed` datetime, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `cluster_details` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `cluster_id` bigint unsigned NOT NULL, `name` varchar(255) NOT NULL, `value` varchar(255) NOT NULL,
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `host` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, `uuid` varchar(40), `status` varchar(32) NOT NULL, `type` varchar(32) NOT NULL,
  `private_ip_address` char(40) NOT NULL DEFAULT '', `data_center_id` bigint unsigned NOT NULL DEFAULT 1, `pod_id` bigint unsigned, `cluster_id` bigint unsigned,
  `hypervisor_type` varchar(32), `hypervisor_version` varchar(32), `resource` varchar(255), `version` varchar(40) NOT NULL DEFAULT '', `guid` varchar(255),
  `mgmt_server_id` bigint unsigned, `last_ping` int unsigned NOT NULL DEFAULT 0, `disconnected` datetime, `created` datetime, `removed` datetime,
  `setup` int unsigned NOT NULL DEFAULT 0, `available` int unsigned NOT NULL DEFAULT 1, `resource_state` varchar(32) NOT NULL DEFAULT 'Enabled',
  PRIMARY KEY (`id`), UNIQUE KEY (`guid`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `host_details` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `host_id` bigint unsigned NOT NULL, `name` varchar(255) NOT NULL, `value` varchar(255) NOT NULL,
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `storage_pool` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255), `uuid` varchar(255), `pool_type` varchar(32) NOT NULL, `path` varchar(255) NOT NULL DEFAULT '',
  `host_address` varchar(255) NOT NULL DEFAULT '', `status` varchar(32), `user_info` varchar(255), `removed` datetime,
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `vm_instance` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(255) NOT NULL, `uuid` varchar(40), `instance_name` varchar(255) NOT NULL, `state` varchar(32) NOT NULL,
  `vm_template_id` bigint unsigned, `host_id` bigint unsigned, `last_host_id` bigint unsigned, `data_center_id` bigint unsigned NOT NULL DEFAULT 1, `pod_id` bigint unsigned,
  `private_ip_address` char(40), `vnc_password` varchar(255) NOT NULL DEFAULT '', `type` varchar(32) NOT NULL, `vm_type` varchar(32), `account_id` bigint unsigned NOT NULL DEFAULT 1,
  `domain_id` bigint unsigned NOT NULL DEFAULT 1, `service_offering_id` bigint unsigned NOT NULL DEFAULT 1, `created` datetime NOT NULL, `removed` datetime, `update_time` datetime,
  `hypervisor_type` char(32), PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `domain_router` (
  `id` bigint unsigned NOT NULL, `template_version` varchar(100), `scripts_version` varchar(100), `is_redundant_router` int NOT NULL DEFAULT 0,
  `redundant_state` varchar(64), `software_version` varchar(100), PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `async_job` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `user_id` bigint unsigned NOT NULL DEFAULT 1, `account_id` bigint unsigned NOT NULL DEFAULT 1, `job_cmd` varchar(255),
  `job_cmd_info` text, `instance_type` varchar(64), `instance_id` bigint unsigned, `job_status` int NOT NULL, `job_process_status` int NOT NULL DEFAULT 0,
  `job_result_code` int NOT NULL DEFAULT 0, `job_result` text, `job_init_msid` bigint, `job_complete_msid` bigint, `created` datetime, `last_updated` datetime,
  `last_polled` datetime, `removed` datetime, `uuid` varchar(40), PRIMARY KEY (`id`), UNIQUE KEY (`uuid`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `keystore` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `name` varchar(64) NOT NULL, `certificate` text NOT NULL, `key` text, `domain_suffix` varchar(256) NOT NULL, `seq` int,
  PRIMARY KEY (`id`), UNIQUE KEY (`name`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `op_lock` (
  `key` varchar(128) NOT NULL, `mac` varchar(17) NOT NULL, `ip` char(40) NOT NULL, `thread` varchar(255) NOT NULL, `acquired_on` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  `waiters` int NOT NULL DEFAULT 0, PRIMARY KEY (`key`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `alert` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `type` int NOT NULL, `subject` varchar(999), `sent_count` int NOT NULL DEFAULT 1, `created` datetime, `last_sent` datetime, `resolved` datetime,
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `event` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `type` varchar(32) NOT NULL, `state` varchar(32) NOT NULL DEFAULT 'Completed', `description` varchar(1024) NOT NULL,
  `user_id` bigint unsigned NOT NULL DEFAULT 1, `account_id` bigint unsigned NOT NULL DEFAULT 1, `created` datetime NOT NULL, `level` varchar(16) NOT NULL DEFAULT 'INFO',
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
SET FOREIGN_KEY_CHECKS = 1;
