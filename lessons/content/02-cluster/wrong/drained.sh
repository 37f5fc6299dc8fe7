# step: records
kubectl cordon node-3
