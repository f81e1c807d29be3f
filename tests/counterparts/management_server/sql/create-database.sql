-- Stand-in: the databases and their users, as the 4.0.0 set-up makes them.
DROP DATABASE IF EXISTS `billing`;
DROP DATABASE IF EXISTS `cloud`;
DROP DATABASE IF EXISTS `cloud_usage`;
CREATE DATABASE `cloud`;
CREATE DATABASE `cloud_usage`;
DROP PROCEDURE IF EXISTS `mysql`.`cloud_drop_user_if_exists`;
DELIMITER //
CREATE PROCEDURE `mysql`.`cloud_drop_user_if_exists`()
BEGIN
  DECLARE seen BIGINT DEFAULT 0;
  SELECT COUNT(*) INTO seen FROM `mysql`.`user` WHERE `User` = 'cloud' AND `Host` = 'localhost';
  IF seen > 0 THEN DROP USER 'cloud'@'localhost'; END IF;
  SELECT COUNT(*) INTO seen FROM `mysql`.`user` WHERE `User` = 'cloud' AND `Host` = '%';
  IF seen > 0 THEN DROP USER 'cloud'@'%'; END IF;
END //
DELIMITER ;
CALL `mysql`.`cloud_drop_user_if_exists`();
CREATE USER 'cloud'@'localhost' IDENTIFIED BY 'cloud';
CREATE USER 'cloud'@'%' IDENTIFIED BY 'cloud';
GRANT ALL ON cloud.* TO 'cloud'@'localhost';
GRANT ALL ON cloud.* TO 'cloud'@'%';
GRANT ALL ON cloud_usage.* TO 'cloud'@'localhost';
GRANT ALL ON cloud_usage.* TO 'cloud'@'%';
GRANT PROCESS ON *.* TO 'cloud'@'localhost';
GRANT PROCESS ON *.* TO 'cloud'@'%';
