# step: mirror
kubectl delete pod kube-scheduler -n kube-system
