# step: scheduler
kubectl delete pod kube-scheduler-control-plane-1 -n kube-system
