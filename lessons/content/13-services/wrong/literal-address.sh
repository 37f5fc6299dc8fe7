# step: address
kubectl exec client -- wget -T 2 -qO- http://ADDRESS:8080
