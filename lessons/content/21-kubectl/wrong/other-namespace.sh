# step: get
kubectl get pods -n kube-system
