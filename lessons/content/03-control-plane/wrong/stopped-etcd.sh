# step: door
fault component-stop etcd
