# step: image
kubectl apply -f typo.yaml
kubectl set image pod/typo app=my-ap:1.0
