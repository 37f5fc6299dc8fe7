# step: everywhere
kubectl taint nodes control-plane-1 node-role.kubernetes.io/control-plane-
