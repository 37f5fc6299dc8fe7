# step: mirror
kubectl delete pod kube-scheduler-control-plane-1
