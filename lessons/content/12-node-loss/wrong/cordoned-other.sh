# step: cordon
kubectl cordon node-2
