# step: cordoned
kubectl drain node-1
