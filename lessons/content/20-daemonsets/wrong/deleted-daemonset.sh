# step: cordoned
kubectl cordon node-1
kubectl delete daemonset log-agent
