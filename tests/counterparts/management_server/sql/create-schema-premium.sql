-- Stand-in: the database of the usage server.
USE `cloud_usage`;
DROP TABLE IF EXISTS `cloud_usage`, `usage_job`, `usage_event`, `account`;
CREATE TABLE `usage_job` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `host` varchar(255), `pid` int, `job_type` int, `scheduled` int, `start_millis` bigint NOT NULL DEFAULT 0,
  `end_millis` bigint NOT NULL DEFAULT 0, `exec_time` bigint NOT NULL DEFAULT 0, `start_date` datetime, `end_date` datetime, `success` int(1), `heartbeat` datetime NOT NULL,
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `cloud_usage` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `zone_id` bigint unsigned NOT NULL, `account_id` bigint unsigned NOT NULL, `domain_id` bigint unsigned NOT NULL,
  `description` varchar(1024) NOT NULL, `usage_display` varchar(255) NOT NULL, `usage_type` int, `raw_usage` double unsigned NOT NULL, `vm_instance_id` bigint unsigned,
  `usage_id` bigint unsigned, `start_date` datetime NOT NULL, `end_date` datetime NOT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `usage_event` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT, `type` varchar(32) NOT NULL, `account_id` bigint unsigned NOT NULL, `created` datetime NOT NULL, `processed` tinyint NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
CREATE TABLE `account` (
  `id` bigint unsigned NOT NULL, `account_name` varchar(100), `type` int NOT NULL, `domain_id` bigint unsigned, `removed` datetime, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARSET=utf8;
