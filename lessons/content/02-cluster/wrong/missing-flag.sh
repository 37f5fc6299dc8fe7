# step: brain
kubectl get pods kube-system
