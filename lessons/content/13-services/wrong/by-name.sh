# step: address
kubectl exec client -- wget -T 2 -qO- http://web:8080
