# step: names
kubectl exec deploy/visitor -- wget -T 2 -qO- http://web
